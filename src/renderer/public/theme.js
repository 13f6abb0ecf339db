// Runs before the first paint: the theme of the last window, so that this one does not flash.
(function () {
  try {
    const look = JSON.parse(globalThis.localStorage.getItem('hark.appearance') || '{}');
    const root = globalThis.document.documentElement;
    if (look.theme === 'light' || look.theme === 'dark') root.dataset.theme = look.theme;
    if (look.textSize >= 75 && look.textSize <= 200) root.style.fontSize = look.textSize + '%';
  } catch (error) {
    console.warn('Hark: the remembered appearance could not be read.', error);
  }
})();
