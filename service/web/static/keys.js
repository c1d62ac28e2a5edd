/* Keys of the desk. They move and focus only: nothing is done before Enter is pressed on a button. */
"use strict";
(() => {
  const OFF = "makegood-keys-off";
  const dialog = document.getElementById("keys");
  const toggle = document.getElementById("keys-on");
  if (!dialog || !toggle) return;
  let isOff = false;
  try { isOff = localStorage.getItem(OFF) === "1"; } catch { /* storage is closed: keys stay on */ }
  toggle.checked = !isOff;
  toggle.closest("label").hidden = false;
  toggle.addEventListener("change", () => {
    isOff = !toggle.checked;
    try { localStorage.setItem(OFF, isOff ? "1" : "0"); } catch { /* till the page is left */ }
  });

  const rows = () => [...document.querySelectorAll(".cases a.whole")];
  const row = () => document.activeElement && document.activeElement.closest(".cases > li");
  const focus = (element) => {
    if (!element) return;
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const links = rows();
    const here = row();
    const at = here ? links.findIndex((link) => here.contains(link)) : -1;
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
    focus(links[Math.min(Math.max(next, 0), links.length - 1)]);
  };
  const go = (name) => {
    const link = document.querySelector(`[data-key="${name}"]`);
    if (link) location.assign(link.href);
  };
  const open = () => {
    const link = row() && row().querySelector("a.whole");
    if (link) location.assign(link.href);
  };
  const approve = () =>
    focus((row() || document).querySelector(row() ? "form.quick button" : ".first-action button"));

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: open,
    a: approve,
    u: () => focus(document.querySelector("[data-undo] button")),
    n: () => go("n"),
    "/": () => focus(document.getElementById("search")),
    "?": () => dialog.showModal(),
  };
  let isGoing = 0;
  document.addEventListener("keydown", (event) => {
    if (isOff && event.key !== "?") return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, dialog[open], [contenteditable]")) return;
    if (event.key === "g") {
      isGoing = Date.now();
      return;
    }
    const isSecond = Date.now() - isGoing < 1500;
    isGoing = 0;
    if (isSecond && "wcr".includes(event.key)) {
      event.preventDefault();
      go(`g${event.key}`);
    } else if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });
})();
