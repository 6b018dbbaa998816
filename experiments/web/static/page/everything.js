/* Every outcome of every scheme, as a table. */

import { $, fill, h } from "../lib/dom.js";
import { t } from "../lib/words.js";
import { heads, rows } from "./outcomes.js";

export function showEverything(page) {
  const body = $("#everything-body");
  const open = $("details", body)?.open ?? false;
  const groups = [...new Set(page.start.outcomes.map((one) => one.group))];
  const tables = groups.map((group) => {
    const names = page.start.outcomes.filter((one) => one.group === group).map((one) => one.name);
    return h(
      "table",
      {},
      h("caption", {}, t(`outcome_group.${group}`)),
      h("thead", {}, h("tr", {}, heads().map((head) => h("th", { scope: "col" }, head)))),
      h(
        "tbody",
        {},
        rows(page, names).map(([first, ...rest], index) =>
          h(
            "tr",
            { class: index % page.run.schemes.length === 0 ? "first" : null },
            h("th", { scope: "row", title: t(`outcome.${names[Math.floor(index / page.run.schemes.length)]}.meaning`) }, first),
            rest.map((cell) => h("td", {}, cell)),
          ),
        ),
      ),
    );
  });
  fill(
    body,
    h("details", { open }, h("summary", {}, t("page.everything.open")), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("page.everything.title") }, tables)),
  );
}
