import { BrowserWindow } from './browser-window.ts';
import { hand } from './hand.ts';
import type { Menu } from './menu.ts';
import { DoubleEvent, strict, StrictEmitter } from './missing.ts';
import type { NativeImage } from './native-image.ts';

const open = new Set<Tray>();

/** Kept and not drawn; a test clicks it through the control channel. Docs: api/tray. */
export class Tray extends StrictEmitter {
  _image: NativeImage | string;
  _tooltip = '';
  _menu: Menu | null = null;
  private _destroyed = false;

  constructor(image: NativeImage | string) {
    super('Tray', ['click', 'right-click', 'double-click']);
    if (!hand.state.tray) throw new Error('Failed to create tray icon');
    this._image = image;
    const self = strict('Tray', this);
    open.add(self);
    return self;
  }
  private _alive(): void {
    // Electron's own words.
    if (this._destroyed) throw new Error('Tray is destroyed');
  }
  setImage(image: NativeImage | string): void {
    this._alive();
    this._image = image;
  }
  setToolTip(text: string): void {
    this._alive();
    this._tooltip = text;
  }
  setContextMenu(menu: Menu | null): void {
    this._alive();
    this._menu = menu;
  }
  destroy(): void {
    this._destroyed = true;
    for (const tray of open) if (tray._destroyed) open.delete(tray);
  }
  isDestroyed = (): boolean => this._destroyed;
}

const current = (): Tray => {
  const [tray] = open;
  if (!tray) throw new Error('There is no tray icon.');
  return tray;
};

export const describeTray = (): object | null => {
  const [tray] = open;
  if (!tray) return null;
  const image = typeof tray._image === 'string' ? tray._image : tray._image._path;
  return { tooltip: tray._tooltip, image, menu: tray._menu?._describe() ?? [] };
};
export const clickTray = (): void =>
  void current().emit('click', new DoubleEvent(), { x: 0, y: 0, width: 0, height: 0 });
export const clickTrayMenu = (labels: string[]): void =>
  current()._menu?._find(labels)._activate(BrowserWindow.getFocusedWindow());
