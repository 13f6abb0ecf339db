import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { missing, strict } from './missing.ts';

export interface Template {
  role?: string;
  label?: string;
  type?: 'normal' | 'separator' | 'submenu' | 'checkbox' | 'radio';
  accelerator?: string;
  enabled?: boolean;
  visible?: boolean;
  checked?: boolean;
  id?: string;
  submenu?: Template[];
  click?: (item: object, window: BrowserWindow | undefined, event: object) => void;
}

type Act = (window: BrowserWindow) => void;
const inWindow =
  (act: Act) =>
  (window: BrowserWindow | null): void => {
    if (window) act(window);
  };
const edit = (name: 'undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'selectAll' | 'delete') =>
  inWindow((window) => window.webContents[name]());

/** Roles with Electron's words and keys on Linux. Docs: api/menu-item ("Roles"), lib/browser/api/menu-item-roles. */
const ROLES: Record<
  string,
  { label: string; accelerator?: string; act?: (window: BrowserWindow | null) => void }
> = {
  about: { label: 'About', act: () => app.showAboutPanel() },
  quit: { label: 'Quit', act: () => app.quit() },
  close: {
    label: 'Close Window',
    accelerator: 'CommandOrControl+W',
    act: inWindow((window) => window.close()),
  },
  minimize: {
    label: 'Minimize',
    accelerator: 'CommandOrControl+M',
    act: inWindow((window) => window.minimize()),
  },
  reload: { label: 'Reload', accelerator: 'CmdOrCtrl+R', act: inWindow((window) => window.reload()) },
  undo: { label: 'Undo', accelerator: 'CommandOrControl+Z', act: edit('undo') },
  redo: { label: 'Redo', accelerator: 'Shift+CommandOrControl+Z', act: edit('redo') },
  cut: { label: 'Cut', accelerator: 'CommandOrControl+X', act: edit('cut') },
  copy: { label: 'Copy', accelerator: 'CommandOrControl+C', act: edit('copy') },
  paste: { label: 'Paste', accelerator: 'CommandOrControl+V', act: edit('paste') },
  pasteAndMatchStyle: { label: 'Paste and Match Style', accelerator: 'Shift+CommandOrControl+V' },
  delete: { label: 'Delete', act: edit('delete') },
  selectAll: { label: 'Select All', accelerator: 'CommandOrControl+A', act: edit('selectAll') },
  resetZoom: { label: 'Actual Size', accelerator: 'CommandOrControl+0' },
  zoomIn: { label: 'Zoom In', accelerator: 'CommandOrControl+Plus' },
  zoomOut: { label: 'Zoom Out', accelerator: 'CommandOrControl+-' },
  togglefullscreen: { label: 'Toggle Full Screen', accelerator: 'F11' },
  toggleDevTools: { label: 'Toggle Developer Tools', accelerator: 'Ctrl+Shift+I' },
  zoom: { label: 'Zoom' },
  front: { label: 'Bring All to Front' },
  window: { label: 'Window' },
  help: { label: 'Help' },
};

const FIELDS = new Set([
  'role',
  'label',
  'type',
  'accelerator',
  'enabled',
  'visible',
  'checked',
  'id',
  'submenu',
  'click',
]);

export class MenuItem {
  readonly role: string | undefined;
  readonly label: string;
  readonly type: string;
  readonly accelerator: string | undefined;
  readonly id: string | undefined;
  readonly submenu: Menu | null;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  private readonly _click: Template['click'];

  constructor(template: Template) {
    for (const name of Object.keys(template)) if (!FIELDS.has(name)) missing(`menu item option ${name}`);
    const role = template.role === undefined ? null : ROLES[template.role];
    if (role === undefined) missing(`menu role ${template.role ?? ''}`);
    this.role = template.role;
    this.label = template.label ?? role?.label ?? '';
    this.type = template.type ?? (template.submenu ? 'submenu' : 'normal');
    // Electron's own words for a template with neither.
    if (this.label === '' && this.type !== 'separator') throw new TypeError('Invalid template for MenuItem');
    this.accelerator = template.accelerator ?? role?.accelerator;
    this.id = template.id;
    this.submenu = template.submenu ? Menu.buildFromTemplate(template.submenu) : null;
    this.enabled = template.enabled ?? true;
    this.visible = template.visible ?? true;
    this.checked = template.checked ?? false;
    this._click = template.click;
  }

  /** What a user's click does; docs: `click` is ignored when there is a role. */
  _activate(window: BrowserWindow | null): void {
    if (!this.enabled) throw new Error(`The menu item “${this.label}” is disabled.`);
    if (this.role === undefined) return this._click?.(this, window ?? undefined, {});
    const act = ROLES[this.role]?.act ?? missing(`clicking menu role ${this.role}`);
    act(window);
  }

  _describe(): object {
    const { role, label, type, accelerator, enabled, visible } = this;
    return { role, label, type, accelerator, enabled, visible, submenu: this.submenu?._describe() ?? null };
  }
}

let applicationMenu: Menu | null = null;
let poppedUp: { menu: Menu; window: BrowserWindow | null } | null = null;

/** Menus are kept and not drawn; a test opens and clicks them through the control channel. Docs: api/menu. */
export class Menu {
  readonly items: MenuItem[];

  constructor(items: MenuItem[] = []) {
    this.items = items;
  }

  static buildFromTemplate(template: Template[]): Menu {
    return strict('Menu', new Menu(template.map((entry) => strict('MenuItem', new MenuItem(entry)))));
  }
  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu;
  }
  static getApplicationMenu(): Menu | null {
    return applicationMenu;
  }

  popup(options: { window?: BrowserWindow } = {}): void {
    poppedUp = { menu: this, window: options.window ?? BrowserWindow.getFocusedWindow() };
  }
  closePopup(): void {
    poppedUp = null;
  }

  _describe(): object[] {
    return this.items.filter((item) => item.visible).map((item) => item._describe());
  }
  /** The item at a path of labels, as a user reads them (without mnemonics). */
  _find(labels: string[]): MenuItem {
    const [first = '', ...rest] = labels;
    const item = this.items.find((each) => each.visible && each.label.replaceAll('&', '') === first);
    if (!item)
      throw new Error(
        `The menu has no “${first}”; it has: ${this.items.map((each) => each.label).join(', ')}`,
      );
    if (rest.length === 0) return item;
    if (!item.submenu) throw new Error(`The menu item “${first}” has no submenu.`);
    return item.submenu._find(rest);
  }
}

export const describeMenu = (): object[] => applicationMenu?._describe() ?? [];
export const describePopup = (): object[] | null => poppedUp?.menu._describe() ?? null;

export function clickMenu(labels: string[]): void {
  if (!applicationMenu) throw new Error('There is no application menu.');
  applicationMenu._find(labels)._activate(BrowserWindow.getFocusedWindow());
}

export function clickPopup(labels: string[]): void {
  if (!poppedUp) throw new Error('No menu is open.');
  const { menu, window } = poppedUp;
  poppedUp = null;
  menu._find(labels)._activate(window);
}
