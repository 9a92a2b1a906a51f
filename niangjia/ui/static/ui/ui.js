// Improvements only: every job works without this file.
(function () {
  "use strict";

  // The security policy forbids what htmx would otherwise do: build code from text, and write a <style> into the page.
  if (window.htmx) {
    htmx.config.allowEval = false;
    htmx.config.includeIndicatorStyles = false;
    htmx.config.selfRequestsOnly = true;
    htmx.config.allowScriptTags = false;
  }

  // "/" goes to the search box, unless one is typing.
  document.addEventListener("keydown", function (event) {
    const find = document.getElementById("find");
    if (event.key !== "/" || !find || event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    find.focus();
  });

  // An open menu closes with Escape, and when one clicks elsewhere.
  function closeMenus(except) {
    document.querySelectorAll("details.c-menu[open]").forEach(function (menu) {
      if (menu !== except) menu.open = false;
    });
  }
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.c-menu"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") closeMenus(null);
  });
})();
