/* Asks the own server, and only that. Whoever is told to come again does; what was refused arrives as `Refused`. */

export class Refused extends Error {
  constructor(status, error) {
    super(error?.problem ?? String(status));
    this.status = status;
    this.findings = error?.findings ?? [];
  }
}

const MOST_TRIES = 40;

export async function ask(path, { signal, method = "GET", body, headers, onBusy } = {}) {
  for (let tries = 0; ; tries += 1) {
    let response;
    try {
      response = await fetch(path, { signal, method, body, headers, cache: "no-store", credentials: "same-origin" });
    } catch (error) {
      if (error.name === "AbortError" || tries >= 4) throw error;
      await pause(500 * (tries + 1), signal);
      continue;
    }
    if ((response.status === 503 || response.status === 429) && tries < MOST_TRIES) {
      onBusy?.();
      const seconds = Number(response.headers.get("Retry-After")) || 1;
      await pause(1000 * seconds * (0.5 + Math.random()), signal);
      continue;
    }
    const told = await response.json().catch(() => null);
    if (!response.ok) throw new Refused(response.status, told?.error);
    return told;
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("aborted", "AbortError"));
    });
  });
}
