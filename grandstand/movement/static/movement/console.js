// Unfold shuts its menu up to and with 1280 px, the width of many desktops, though its styles let the menu stand beside the page from there on.
// So from there on the menu is open until somebody shuts it.
document.addEventListener("alpine:init", () => {
  const desktop = window.matchMedia("(min-width: 1280px)");
  const isOpen = () => desktop.matches && localStorage.getItem("sidebarOpen") !== "0";
  const unfolds = window.theme;
  window.theme = (...given) => {
    const made = unfolds(...given);
    made.sidebarOpen = isOpen();
    made.sidebarToggle = function () {
      this.sidebarOpen = !this.sidebarOpen;
      if (desktop.matches) localStorage.setItem("sidebarOpen", this.sidebarOpen ? "1" : "0");
    };
    made.themeBindings["x-resize.window"] = function () {
      this.sidebarOpen = isOpen();
    };
    return made;
  };
});
