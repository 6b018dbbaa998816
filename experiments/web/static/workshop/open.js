import { $, fill, h } from "../lib/dom.js";
import { aside, currentLanguage } from "../lib/words.js";
import { call, keysOf, languageSwitch, problem, sheet, speak, u } from "./common.js";

const languages = await speak();
document.title = `${u("open_title")} · cadresim`;
fill($("#top"), h("h1", {}, u("workshop")), languageSwitch(languages));
const key = keysOf().get("k");
if (!key) fill($("#main"), sheet("open", u("open_title"), h("p", {}, u("open_no_key"))));
else await form();

async function form() {
  const { lessons, most_bots: most } = await call(`/lessons?lang=${currentLanguage()}`);
  const wanted = keysOf().get("lesson");
  const lesson = h("select", { id: "lesson" }, lessons.map((one) => h("option", { value: one.name, selected: one.name === wanted }, `${one.order} ${one.title}`)));
  const about = h("p", { class: "quiet", id: "about" });
  const bots = h("input", { id: "bots", type: "number", min: 0, max: most, value: "0", inputmode: "numeric" });
  const state = h("p", { class: "state bad", role: "alert" });
  const tell = () => {
    const one = lessons.find((each) => each.name === lesson.value);
    about.textContent = `${one.question}${aside(u("minutes", { n: one.minutes }))}`;
  };
  lesson.addEventListener("change", tell);
  tell();
  fill(
    $("#main"),
    sheet(
      "open",
      u("open_title"),
      h("p", { class: "quiet" }, u("open_about")),
      h(
        "form",
        {
          class: "stack",
          onsubmit: async (event) => {
            event.preventDefault();
            try {
              const told = await call("/rooms", { method: "POST", secret: key, body: { lesson: lesson.value, language: currentLanguage(), bots: Number(bots.value) || 0 } });
              location.assign(`/workshop/host/${told.code}#${new URLSearchParams({ k: told.host, b: told.board })}`);
            } catch (error) {
              state.textContent = problem(error);
            }
          },
        },
        h("label", { class: "field", for: "lesson" }, u("lesson"), lesson),
        about,
        h("label", { class: "field", for: "bots" }, u("bots"), bots),
        h("button", { class: "button primary large", type: "submit" }, u("open")),
        state,
      ),
    ),
  );
}
