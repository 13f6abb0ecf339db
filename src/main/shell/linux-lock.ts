/**
 * Linux gives Electron no lock event. Every desktop's screen saver announces one on the session bus, in the
 * same words under a name of its own; `dbus-monitor` (part of D-Bus) prints them.
 */
const INTERFACES = [
  'org.freedesktop.ScreenSaver',
  'org.gnome.ScreenSaver',
  'org.cinnamon.ScreenSaver',
  'org.mate.ScreenSaver',
  'org.xfce.ScreenSaver',
];

export const LOCK_MONITOR = {
  command: 'dbus-monitor',
  args: [
    '--session',
    ...INTERFACES.map((name) => `type='signal',interface='${name}',member='ActiveChanged'`),
  ],
} as const;

/** Reads what the monitor prints, piece by piece, and tells of every change. */
export function createLockReader(onLocked: (locked: boolean) => void): (piece: string) => void {
  let rest = '';
  let inSignal = false;
  let last: boolean | null = null;
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (/^\S/.test(line)) {
        inSignal = line.startsWith('signal ') && line.includes('member=ActiveChanged');
        continue;
      }
      const value = inSignal ? /^\s+boolean (true|false)\s*$/.exec(line)?.[1] : undefined;
      if (value === undefined) continue;
      inSignal = false;
      const locked = value === 'true';
      if (locked === last) continue;
      last = locked;
      onLocked(locked);
    }
  };
}
