/** Light, dark, or as the system has it; kept in this browser. `theme.js` sets it before the first paint. */
import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const KEY = 'unseen-theme';
const ICONS = { system: 'halves', light: 'sun', dark: 'moon' } as const;

function currentTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function setTheme(theme: Theme): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
}

export function ThemeButton() {
  const [theme, setShown] = useState(currentTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
  const label = `Colours: ${theme}; change to ${next}`;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      onClick={() => {
        setTheme(next);
        setShown(next);
      }}
    >
      <Icon name={ICONS[theme]} />
    </button>
  );
}
