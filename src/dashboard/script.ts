/**
 * The script of the page: it listens for parts that changed and puts their new text in place. What a reader has opened, scrolled or
 * focused stays so. Without it the page is whole, and as old as its loading.
 */
export const script = `"use strict";
(() => {
  const connection = document.getElementById("connection");
  const sections = new Map([...document.querySelectorAll("section[data-tag]")].map((section) => [section.id, section]));
  const busy = new Set();
  const longestSilenceMilliseconds = 45000;
  let stream;
  let silence;
  let wanted = {};
  let serverAheadSeconds = 0;

  function say(text, state) {
    if (connection.textContent !== text) connection.textContent = text;
    connection.dataset.state = state;
  }

  function listen() {
    stream?.close();
    stream = new EventSource("events");
    stream.addEventListener("state", ({ data }) => heard(JSON.parse(data)));
    stream.addEventListener("part", ({ data }) => heard(JSON.parse(data)));
    stream.addEventListener("alive", () => waitForNext());
    stream.onerror = lost;
    waitForNext();
  }

  function heard({ nowSeconds, tags }) {
    serverAheadSeconds = nowSeconds - Date.now() / 1000;
    wanted = { ...wanted, ...tags };
    say("live", "live");
    waitForNext();
    for (const id of Object.keys(tags)) void renew(id);
  }

  function waitForNext() {
    clearTimeout(silence);
    silence = setTimeout(() => { lost(); listen(); }, longestSilenceMilliseconds);
  }

  function lost() {
    const since = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    if (connection.dataset.state !== "lost") say("no connection since " + since, "lost");
    // A refusal (too many listeners, say) ends the stream for good; anything else the browser tries again by itself.
    if (stream?.readyState === EventSource.CLOSED) setTimeout(() => stream?.readyState === EventSource.CLOSED && listen(), 10000);
  }

  async function renew(id) {
    const section = sections.get(id);
    if (section === undefined || busy.has(id) || section.dataset.tag === wanted[id]) return;
    busy.add(id);
    const asked = wanted[id];
    let again = 0;
    try {
      const response = await fetch("parts/" + id, { cache: "no-cache" });
      if (response.ok) {
        replace(section, await response.text());
        section.dataset.tag = response.headers.get("ETag")?.replaceAll('"', "") ?? "";
      } else again = 1000 * (Number(response.headers.get("Retry-After")) || 5);
    } catch {
      // The stream says so too, and asks again when it is back.
    } finally {
      busy.delete(id);
    }
    if (again > 0) setTimeout(() => renew(id), again);
    else if (wanted[id] !== asked) void renew(id);
  }

  function replace(section, text) {
    const body = section.querySelector(".body");
    const all = (selector) => [...body.querySelectorAll(selector)];
    const open = all("details").map((details) => details.open);
    const scrolled = all(".scroll").map((box) => box.scrollLeft);
    const focused = all("a, summary, .scroll").indexOf(document.activeElement);
    body.innerHTML = text;
    all("details").forEach((details, index) => { details.open = open[index] ?? false; });
    all(".scroll").forEach((box, index) => { box.scrollLeft = scrolled[index] ?? 0; });
    makeReachable();
    if (focused >= 0) all("a, summary, .scroll")[focused]?.focus({ preventScroll: true });
    countDown();
  }

  // Tables that are wider than the page scroll within it, by the keyboard too.
  function makeReachable() {
    for (const box of document.querySelectorAll(".scroll"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
  }

  const units = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];

  function duration(seconds, withRest) {
    const first = units.findIndex(([size]) => seconds >= size);
    if (first < 0) return "0 s";
    const [size, name] = units[first];
    const whole = Math.floor(seconds / size);
    const next = units[first + 1];
    const rest = next === undefined ? 0 : Math.floor((seconds - whole * size) / next[0]);
    return whole + " " + name + (withRest && rest > 0 && whole < 10 ? " " + rest + " " + next[1] : "");
  }

  function countDown() {
    const now = Date.now() / 1000 + serverAheadSeconds;
    for (const element of document.querySelectorAll("[data-due]")) {
      const left = Number(element.dataset.due) - now;
      const text = left > 0 ? "in " + duration(left, true) : duration(-left, true) + " ago";
      if (element.textContent !== text) element.textContent = text;
    }
    for (const element of document.querySelectorAll("[data-since]")) {
      const text = duration(Math.max(0, now - Number(element.dataset.since)), false) + " ago";
      if (element.textContent !== text) element.textContent = text;
    }
  }

  // A page that nobody looks at lets go of its connection: browsers have six of them for one server.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") return listen();
    clearTimeout(silence);
    stream?.close();
  });
  addEventListener("resize", makeReachable);
  // A folded table has no width.
  document.addEventListener("toggle", makeReachable, true);
  setInterval(countDown, 1000);
  makeReachable();
  countDown();
  if (document.visibilityState === "visible") listen();
})();
`;
