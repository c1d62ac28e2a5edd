/* Placeholders of a text are put where the cursor stands. Without script they are there to copy. */
"use strict";
(() => {
  const list = document.querySelector("[data-placeholders]");
  const fields = list ? [...list.closest("form").querySelectorAll("[name=subject], [name=text]")] : [];
  let field = fields[fields.length - 1];
  if (!field) return;
  fields.forEach((one) => one.addEventListener("focus", () => { field = one; }));
  list.querySelectorAll("code").forEach((code) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = code.textContent;
    button.addEventListener("click", () => {
      field.setRangeText(button.textContent, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
    code.replaceWith(button);
  });
})();
