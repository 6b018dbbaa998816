"""The documentation site: pages written by hand, reference pages made from code and schemas, one strict build.

`python -m docs.made` assembles all pages under build/docs/source, builds them with Sphinx (warnings are errors), and
checks every link of what came out. Nothing on a made page is typed.
"""
