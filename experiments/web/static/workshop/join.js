import { $, fill, h } from "../lib/dom.js";
import { call, languageSwitch, problem, remember, remembered, sheet, speak, u } from "./common.js";

const languages = await speak();
document.title = `${u("join_title")} · cadresim`;
const asked = (new URLSearchParams(location.search).get("code") ?? "").toUpperCase().slice(0, 12);
fill($("#top"), h("h1", {}, u("workshop")), languageSwitch(languages));

const code = h("input", { id: "code", name: "code", class: "code-input", type: "text", required: true, maxlength: 12, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", value: asked });
const nickname = h("input", { id: "nickname", name: "nickname", type: "text", required: true, maxlength: 24, autocomplete: "nickname", value: remembered("cadresim.nickname") ?? "" });
const state = h("p", { class: "state bad", role: "alert", id: "state" });

fill(
  $("#main"),
  sheet(
    "join",
    u("join_title"),
    h("p", { class: "quiet" }, u("join_about")),
    h(
      "form",
      { class: "stack", onsubmit: join },
      h("label", { class: "field", for: "code" }, u("code"), code),
      h("label", { class: "field", for: "nickname" }, u("nickname"), nickname),
      h("button", { class: "button primary large", type: "submit" }, u("join")),
      state,
    ),
  ),
);
(asked ? nickname : code).focus();

async function join(event) {
  event.preventDefault();
  state.textContent = "";
  const wanted = code.value.trim().toUpperCase().replace(/[^A-Z0-9]/g, "");
  try {
    const told = await call(`/rooms/${encodeURIComponent(wanted || "-")}/seats`, { method: "POST", body: { nickname: nickname.value.trim() } });
    remember("cadresim.nickname", nickname.value.trim());
    remember(`cadresim.seat.${told.code}`, told.secret);
    location.assign(`/workshop/room/${told.code}${remembered(`cadresim.seat.${told.code}`) ? "" : `#s=${told.secret}`}`);
  } catch (error) {
    state.textContent = problem(error);
    code.focus();
  }
}
