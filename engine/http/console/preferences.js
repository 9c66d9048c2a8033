// What one browser prefers, kept by it: nothing of a contact and nothing secret. `signed_in` is what
// first.js paints by, not what lets anybody in.

const read = (name, fallback) => {
  try {
    return JSON.parse(localStorage.getItem(`rapport.${name}`)) ?? fallback;
  } catch {
    return fallback;
  }
};
const write = (name, value) => {
  try {
    localStorage.setItem(`rapport.${name}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the preference lasts as long as the page.
  }
};

export const preferences = {theme: read('theme', 'system'), label: read('label', ''), shortcuts: read('shortcuts', true),
                            grouped: read('grouped', true), axis: read('axis', 'event')};

export function prefer(name, value) {
  preferences[name] = value;
  write(name, value);
  if (name === 'theme') apply_theme();
}

const dark = matchMedia('(prefers-color-scheme: dark)');
export const is_dark = () => (preferences.theme === 'system' ? dark.matches : preferences.theme === 'dark');
export function apply_theme() {
  document.documentElement.dataset.theme = is_dark() ? 'dark' : 'light';
}
dark.addEventListener('change', apply_theme);
