/* One cadre's year: comes with the tree from draws and rules to the grade. */

import { $ } from "../lib/dom.js";

export function showCadre() {
  $("#cadre")?.remove();
}
