// A classic script in the head: the chosen scheme and density hold before the first paint.
for (const name of ['scheme', 'density']) {
  try {
    const value = localStorage.getItem(`mask.${name}`);
    if (value) document.documentElement.dataset[name] = value;
  } catch {
    // Storage is switched off: the system's scheme holds.
  }
}
