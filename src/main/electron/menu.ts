import { Menu, clipboard } from 'electron';
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron';
import { externalUrl } from '../shell/address.ts';
import { contextMenu } from '../shell/menu.ts';
import type { MenuEntry } from '../shell/menu.ts';

/** Builds a native menu; the assignment is where our entries are held against Electron's own type. */
export function buildMenu(entries: MenuEntry[]): ReturnType<typeof Menu.buildFromTemplate> {
  const template: MenuItemConstructorOptions[] = entries;
  return Menu.buildFromTemplate(template);
}

/** Shows the context menu of a window: spelling, links, editing. */
export function attachContextMenu(window: BrowserWindow, openExternal: (url: string) => void): void {
  const contents = window.webContents;
  contents.on('context-menu', (_event, params) => {
    const entries = contextMenu(
      {
        isEditable: params.isEditable,
        selectionText: params.selectionText,
        linkURL: params.linkURL,
        misspelledWord: params.misspelledWord,
        dictionarySuggestions: params.dictionarySuggestions,
        canCut: params.editFlags.canCut,
        canCopy: params.editFlags.canCopy,
        canPaste: params.editFlags.canPaste,
      },
      {
        replaceMisspelling: (word) => contents.replaceMisspelling(word),
        addToDictionary: (word) => {
          contents.session.addWordToSpellCheckerDictionary(word);
        },
        copyText: (text) => void clipboard.writeText(text),
        openExternal,
      },
      externalUrl,
    );
    if (entries.length > 0) buildMenu(entries).popup({ window });
  });
}
