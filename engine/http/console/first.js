// Before the first paint: in which theme, and whether whoever looks was signed in when this browser was last here. The modules
// come after it: fetching and compiling them would keep a slow processor from drawing what index.html has already.
{
  const kept = (name) => {
    try {
      return JSON.parse(localStorage.getItem(`rapport.${name}`));
    } catch {
      return null;
    }
  };
  const root = document.documentElement, theme = kept('theme') ?? 'system';
  root.dataset.theme = theme === 'system' ? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light') : theme;
  root.dataset.face = kept('signed_in') ? 'console' : 'sign-in';
  // Each form is a script's; until that is there, none goes anywhere.
  addEventListener('submit', (event) => event.preventDefault(), true);
  // What main.js and the list of contacts import, at once.
  const load = () => ['main', 'api', 'contacts', 'dialog', 'element', 'feed', 'format', 'preferences', 'session', 'shortcuts', 'status', 'chart', 'where'].map((name) => import(`/console/${name}.js`));
  addEventListener('DOMContentLoaded', () => {
    if (document.hidden) load();  // where nothing is drawn, nothing is waited for
    else requestAnimationFrame(() => setTimeout(load));
  });
}
