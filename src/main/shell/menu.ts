/** The standard items whose words, keys and behaviour the system gives. */
export type MenuRole =
  | 'about'
  | 'services'
  | 'hide'
  | 'hideOthers'
  | 'unhide'
  | 'quit'
  | 'close'
  | 'undo'
  | 'redo'
  | 'cut'
  | 'copy'
  | 'paste'
  | 'pasteAndMatchStyle'
  | 'delete'
  | 'selectAll'
  | 'startSpeaking'
  | 'stopSpeaking'
  | 'reload'
  | 'toggleDevTools'
  | 'resetZoom'
  | 'zoomIn'
  | 'zoomOut'
  | 'togglefullscreen'
  | 'minimize'
  | 'zoom'
  | 'front'
  | 'window'
  | 'help';

/** One entry of a menu, in the shape Electron's menu builder takes. */
export interface MenuEntry {
  role?: MenuRole;
  label?: string;
  accelerator?: string;
  type?: 'separator';
  enabled?: boolean;
  submenu?: MenuEntry[];
  click?: () => void;
}

export interface MenuActions {
  newChat: () => void;
  openSettings: () => void;
  openAdmin: () => void;
  openLogs: () => void;
}

const separator: MenuEntry = { type: 'separator' };

/**
 * The application menu. macOS has an app menu holding settings and quit; Windows and Linux keep those under
 * File. Administration shows to admins only (the request behind it is checked again).
 */
export function appMenu(options: {
  platform: string;
  name: string;
  admin: boolean;
  actions: MenuActions;
}): MenuEntry[] {
  const { platform, name, admin, actions } = options;
  const mac = platform === 'darwin';
  const settings: MenuEntry[] = [
    { label: 'Settings…', accelerator: 'CmdOrCtrl+,', click: actions.openSettings },
    ...(admin ? [{ label: 'Administration…', click: actions.openAdmin }] : []),
  ];
  const newChat: MenuEntry = { label: 'New Chat', accelerator: 'CmdOrCtrl+N', click: actions.newChat };
  const app: MenuEntry = {
    label: name,
    submenu: [
      { role: 'about' },
      separator,
      ...settings,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };
  const file: MenuEntry = {
    label: '&File',
    submenu: mac
      ? [newChat, separator, { role: 'close' }]
      : [
          newChat,
          separator,
          ...settings,
          separator,
          { role: 'close' },
          // Electron gives quit no key on Windows; people expect one.
          { role: 'quit', accelerator: 'Ctrl+Q' },
        ],
  };
  const edit: MenuEntry = {
    label: '&Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      separator,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'pasteAndMatchStyle' },
      { role: 'delete' },
      { role: 'selectAll' },
      ...(mac
        ? [
            separator,
            {
              label: 'Speech',
              submenu: [{ role: 'startSpeaking' as const }, { role: 'stopSpeaking' as const }],
            },
          ]
        : []),
    ],
  };
  const view: MenuEntry = {
    label: '&View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
      separator,
      { role: 'reload' },
      { role: 'toggleDevTools' },
    ],
  };
  const windows: MenuEntry = {
    role: 'window',
    label: '&Window',
    submenu: [
      { role: 'minimize' },
      { role: 'zoom' },
      ...(mac ? [separator, { role: 'front' as const }] : []),
    ],
  };
  const help: MenuEntry = {
    role: 'help',
    label: '&Help',
    submenu: [
      { label: 'Open Log Folder', click: actions.openLogs },
      ...(mac ? [] : [separator, { role: 'about' as const }]),
    ],
  };
  return [...(mac ? [app] : []), file, edit, view, windows, help];
}

/** What was clicked on, as far as the menu needs to know. */
export interface ContextTarget {
  isEditable: boolean;
  selectionText: string;
  linkURL: string;
  misspelledWord: string;
  dictionarySuggestions: readonly string[];
  canCut: boolean;
  canCopy: boolean;
  canPaste: boolean;
}

export interface ContextActions {
  replaceMisspelling: (word: string) => void;
  addToDictionary: (word: string) => void;
  copyText: (text: string) => void;
  openExternal: (url: string) => void;
}

/** The address of a mailto: link, without subject and the like. */
function mailAddress(link: string): string {
  const address = link.slice('mailto:'.length).split('?')[0] ?? '';
  try {
    return decodeURIComponent(address);
  } catch {
    return address; // a lone percent sign is meant as itself
  }
}

/**
 * The context menu: spelling, then the link (when it may be opened outside), then editing. Empty when
 * there is nothing to do, so that no empty menu pops up.
 * @param external gives the address to open for a link, or null when it may not be opened
 */
export function contextMenu(
  target: ContextTarget,
  actions: ContextActions,
  external: (url: string) => string | null,
): MenuEntry[] {
  const groups: MenuEntry[][] = [];
  if (target.misspelledWord !== '') {
    const word = target.misspelledWord;
    const guesses = target.dictionarySuggestions.slice(0, 5).map((suggestion) => ({
      label: suggestion,
      click: () => actions.replaceMisspelling(suggestion),
    }));
    groups.push(guesses.length > 0 ? guesses : [{ label: 'No Suggestions', enabled: false }]);
    groups.push([{ label: 'Add to Dictionary', click: () => actions.addToDictionary(word) }]);
  }
  const link = external(target.linkURL);
  if (link !== null) {
    const isMail = link.startsWith('mailto:');
    groups.push([
      { label: isMail ? 'Write Email' : 'Open Link in Browser', click: () => actions.openExternal(link) },
      {
        label: isMail ? 'Copy Email Address' : 'Copy Link',
        click: () => actions.copyText(isMail ? mailAddress(link) : link),
      },
    ]);
  }
  if (target.isEditable)
    groups.push([
      { role: 'cut', enabled: target.canCut },
      { role: 'copy', enabled: target.canCopy },
      { role: 'paste', enabled: target.canPaste },
      { role: 'selectAll' },
    ]);
  else if (target.selectionText.trim() !== '') groups.push([{ role: 'copy' }]);
  return groups.flatMap((group, index) => (index === 0 ? group : [separator, ...group]));
}
