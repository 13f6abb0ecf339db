import { hand } from './hand.ts';
import { missing, strict, StrictEmitter } from './missing.ts';

type Source = 'system' | 'light' | 'dark';
let source: Source = 'system';

const isDark = (): boolean => (source === 'system' ? hand.state.systemDark : source === 'dark');
/** What pages are told, as `prefers-color-scheme`. */
export const themeMedia = (): { features: object[] } => ({
  features: [{ name: 'prefers-color-scheme', value: isDark() ? 'dark' : 'light' }],
});

/** Docs: api/native-theme. */
class NativeTheme extends StrictEmitter {
  constructor() {
    super('nativeTheme', ['updated']);
  }
  get shouldUseDarkColors(): boolean {
    return isDark();
  }
  get themeSource(): Source {
    return source;
  }
  set themeSource(value: Source) {
    if (!['system', 'light', 'dark'].includes(value)) missing(`nativeTheme.themeSource = ${value}`);
    source = value;
    this._changed();
  }
  _changed(): void {
    hand.themeChanged();
    this.emit('updated');
  }
}

const theme = new NativeTheme();
export const nativeTheme = strict('nativeTheme', theme);
export const systemThemeChanged = (): void => theme._changed();
