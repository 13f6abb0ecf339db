import type { WindowRole } from '../../shared/domain.ts';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How a window stood when it was last closed; the bounds are those of the unmaximised window. */
export interface WindowState extends Rectangle {
  maximised: boolean;
}

/** Where a new window goes; without x and y the system centres it. */
export interface Placement {
  x?: number;
  y?: number;
  width: number;
  height: number;
  maximised: boolean;
}

/** First size and least size of each window, in device-independent pixels. */
export const WINDOW_SIZES: Record<
  WindowRole,
  { width: number; height: number; minWidth: number; minHeight: number }
> = {
  chat: { width: 1120, height: 760, minWidth: 420, minHeight: 420 },
  settings: { width: 860, height: 720, minWidth: 420, minHeight: 420 },
  admin: { width: 1120, height: 720, minWidth: 520, minHeight: 420 },
};

/** A piece of the title bar this large must be on a screen, so that the window can be grabbed. */
const GRIP = { width: 120, height: 24 };

const isCoordinate = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 100_000;

/** Reads a stored state; null for anything that is not one. Fractions are rounded: Electron wants integers. */
export function parseWindowState(stored: unknown): WindowState | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { x, y, width, height, maximised } = stored as Record<string, unknown>;
  if (!isCoordinate(x) || !isCoordinate(y) || !isCoordinate(width) || !isCoordinate(height)) return null;
  if (width < 1 || height < 1) return null;
  return {
    x: Math.round(x),
    y: Math.round(y),
    width: Math.round(width),
    height: Math.round(height),
    maximised: maximised === true,
  };
}

function gripOn(area: Rectangle, state: Rectangle): boolean {
  const across = Math.min(state.x + state.width, area.x + area.width) - Math.max(state.x, area.x);
  const down = Math.min(state.y + GRIP.height, area.y + area.height) - Math.max(state.y, area.y);
  return across >= Math.min(GRIP.width, state.width) && down >= GRIP.height;
}

const clamp = (value: number, least: number, most: number): number =>
  Math.max(Math.min(value, most), Math.min(least, most));

/**
 * Where a window opens. A stored place is kept while its title bar can be grabbed on some screen's work
 * area; otherwise (screen unplugged, resolution changed) only the size is kept and the system centres it.
 * No size is larger than the screen nor smaller than the role's least size.
 * @param areas work areas of the displays, the primary one first
 */
export function placeWindow(
  role: WindowRole,
  stored: WindowState | null,
  areas: readonly Rectangle[],
): Placement {
  const size = WINDOW_SIZES[role];
  const home = stored ? areas.find((area) => gripOn(area, stored)) : undefined;
  const area = home ?? areas[0];
  const fit = (value: number, least: number, most: number | undefined): number =>
    most === undefined ? Math.max(value, least) : clamp(value, least, most);
  const width = fit(stored?.width ?? size.width, size.minWidth, area?.width);
  const height = fit(stored?.height ?? size.height, size.minHeight, area?.height);
  const maximised = stored?.maximised ?? false;
  return stored && home
    ? { x: stored.x, y: stored.y, width, height, maximised }
    : { width, height, maximised };
}

/** What a close button does: the chat window hides while the app lives on in the tray, the others close. */
export function onCloseButton(role: WindowRole, app: { quitting: boolean }): 'hide' | 'close' {
  return role === 'chat' && !app.quitting ? 'hide' : 'close';
}
