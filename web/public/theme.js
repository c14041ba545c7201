// Before the first paint, so that a page which was set to dark does not flash white.
try {
  const theme = localStorage.getItem('unseen-theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the scheme of the system stays.
}
