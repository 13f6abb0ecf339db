/** What a test can set, and what the double notes for it to look at. */
export interface HandState {
  proxy: string;
  online: boolean;
  /** Seconds; null: asking throws. */
  idleSeconds: number | null;
  systemDark: boolean;
  safeStorage: { available: boolean; backend: string; failing: boolean };
  /** Words shell.openExternal rejects with; null: it opens. */
  openExternalFails: string | null;
  isPackaged: boolean;
  /** No tray on this desktop: the constructor throws. */
  tray: boolean;
}

export interface Note {
  what: string;
  value: unknown;
}

const themeListeners: (() => void)[] = [];
const noteListeners: ((note: Note) => void)[] = [];

export const hand = {
  state: {
    proxy: 'DIRECT',
    online: true,
    idleSeconds: 0,
    systemDark: false,
    safeStorage: { available: true, backend: 'gnome_libsecret', failing: false },
    openExternalFails: null,
    isPackaged: false,
    tray: true,
    ...(JSON.parse(process.env['HARK_DOUBLE_STATE'] ?? '{}') as Partial<HandState>),
  },
  /** What was asked of the system and has no effect here, in order. */
  notes: [] as Note[],
  note: (what: string, value: unknown): void => {
    const note = { what, value };
    hand.notes.push(note);
    for (const listener of noteListeners) listener(note);
  },
  onNote: (listener: (note: Note) => void): void => void noteListeners.push(listener),
  themeChanged: (): void => {
    for (const listener of themeListeners) listener();
  },
  onTheme: (listener: () => void): void => void themeListeners.push(listener),
};
delete process.env['HARK_DOUBLE_STATE'];
