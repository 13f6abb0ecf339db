import type { Settings } from '../../shared/domain.ts';

/**
 * Applies theme and text size, and remembers them for the next window: theme.js reads them
 * before the first paint, so that no window flashes in the wrong colours.
 */
export function applyAppearance({ theme, textSize }: Pick<Settings, 'theme' | 'textSize'>): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  root.style.fontSize = textSize === 100 ? '' : `${textSize}%`;
  try {
    localStorage.setItem('hark.appearance', JSON.stringify({ theme, textSize }));
  } catch (error) {
    console.warn('Hark: the appearance could not be remembered.', error);
  }
}
