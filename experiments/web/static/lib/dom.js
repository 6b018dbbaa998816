/* Elements without markup in strings: text is always text, whatever somebody wrote into a title. */

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function s(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" && "value" in element) element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child.nodeType ? child : document.createTextNode(String(child)));
  }
}

export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

export const $ = (selector, root = document) => root.querySelector(selector);

let count = 0;
export const newId = (stem) => `${stem}-${++count}`;

/* One polite voice for screen readers; the last thing said within a moment is what is told. */
let waiting = null;
export function hush() {
  clearTimeout(waiting);
  const region = document.getElementById("live");
  if (region) region.textContent = "";
}

export function say(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const region = document.getElementById("live");
    if (region && region.textContent !== text) region.textContent = text;
  }, 350);
}
