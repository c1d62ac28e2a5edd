/* Checks a text while it is typed; what counts is the server's word. Without script saving checks it. */
"use strict";
(() => {
  const place = document.querySelector("[data-check]");
  if (!place) return;
  const form = place.closest("form");
  const PAUSE = 400;
  let timer = 0;
  let newest = 0;
  const ask = async () => {
    const number = ++newest;
    try {
      const answer = await fetch(place.dataset.check, { method: "POST", body: new FormData(form) });
      const page = await answer.text();
      // Signed out meanwhile: what came is another page.
      if (answer.ok && !answer.redirected && number === newest) place.innerHTML = page;
    } catch { /* the server is away: it is checked when it is saved */ }
  };
  form.addEventListener("input", (event) => {
    if (!event.target.matches("[name=subject], [name=text], [name=tone]")) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
})();
