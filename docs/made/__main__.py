"""`python -m docs.made`: the whole site. `python -m docs.made outputs [PAGE ...]`: run tutorials, record what they print."""

import sys

from docs.made import sessions, site

if __name__ == "__main__":
    if sys.argv[1:2] == ["outputs"]:
        sys.exit(sessions.main(sys.argv[2:]))
    sys.exit(site.main())
