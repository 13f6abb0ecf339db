import { describe, expect, it } from 'vitest';
import { externalUrl } from '../../../src/main/shell/address.ts';
import { appMenu, contextMenu } from '../../../src/main/shell/menu.ts';
import type { ContextTarget, MenuEntry } from '../../../src/main/shell/menu.ts';

const nothing = (): void => undefined;
const menuOf = (platform: string, admin = false) =>
  appMenu({
    platform,
    name: 'Hark',
    admin,
    actions: { newChat: nothing, openSettings: nothing, openAdmin: nothing, openLogs: nothing },
  });
const flat = (entries: readonly MenuEntry[]): MenuEntry[] =>
  entries.flatMap((entry) => [entry, ...flat(entry.submenu ?? [])]);

describe.each(['darwin', 'win32', 'linux'])('the menu on %s', (platform) => {
  const all = flat(menuOf(platform));

  it('has what the keyboard needs: without an Edit menu macOS knows no Cmd+C', () => {
    const roles = all.map(({ role }) => role);
    for (const role of ['undo', 'cut', 'copy', 'paste', 'selectAll', 'zoomIn', 'close', 'quit'] as const)
      expect(roles, role).toContain(role);
  });
  it('gives no key to two items and no item neither work nor name', () => {
    const keys = all.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(keys).size).toBe(keys.length);
    for (const entry of all)
      expect(
        entry.role ?? entry.type ?? (entry.label && (entry.click ?? entry.submenu)),
        JSON.stringify(entry),
      ).toBeTruthy();
  });
  it('shows Administration to admins only', () => {
    const labels = (admin: boolean) => flat(menuOf(platform, admin)).map(({ label }) => label);
    expect(labels(false)).not.toContain('Administration…');
    expect(labels(true)).toContain('Administration…');
  });
  it('has no separators at an end of a menu or in a row', () => {
    for (const { submenu = [] } of all) {
      const types = submenu.map(({ type }) => type ?? 'item');
      expect(types.join(' ')).not.toMatch(/^separator|separator$|separator separator/);
    }
  });
});

describe('the place of settings and quit', () => {
  const first = (platform: string) =>
    flat([...menuOf(platform)].slice(0, 1)).map(({ role, label }) => role ?? label);
  it('is the app menu on macOS and File elsewhere', () => {
    expect(first('darwin')).toEqual(expect.arrayContaining(['Hark', 'Settings…', 'quit', 'hide']));
    expect(first('win32')).toEqual(expect.arrayContaining(['&File', 'Settings…', 'quit']));
    expect(flat(menuOf('linux')).map(({ role }) => role)).not.toContain('hide');
  });
});

describe('contextMenu', () => {
  const target = (more: Partial<ContextTarget>): ContextTarget => ({
    isEditable: false,
    selectionText: '',
    linkURL: '',
    misspelledWord: '',
    dictionarySuggestions: [],
    canCut: true,
    canCopy: true,
    canPaste: false,
    ...more,
  });
  const done: string[] = [];
  const menu = (more: Partial<ContextTarget>) => {
    done.length = 0;
    return contextMenu(
      target(more),
      {
        replaceMisspelling: (word) => done.push(`replace ${word}`),
        addToDictionary: (word) => done.push(`add ${word}`),
        copyText: (text) => done.push(`copy ${text}`),
        openExternal: (url) => done.push(`open ${url}`),
      },
      externalUrl,
    );
  };
  const press = (entries: MenuEntry[], label: string) => entries.find((e) => e.label === label)?.click?.();

  it('is empty where there is nothing to do', () => {
    expect(menu({})).toEqual([]);
    expect(menu({ selectionText: ' \n' })).toEqual([]);
    expect(menu({ linkURL: 'javascript:alert(1)' })).toEqual([]);
    expect(menu({ linkURL: 'file:///etc/passwd' })).toEqual([]);
  });
  it('offers at most five guesses, each replacing the word, and the dictionary', () => {
    const entries = menu({
      isEditable: true,
      misspelledWord: 'teh',
      dictionarySuggestions: ['the', 'tea', 'ten', 'eh', 'meh', 'tech'],
    });
    expect(entries.map(({ label }) => label)).not.toContain('tech');
    press(entries, 'the');
    press(entries, 'Add to Dictionary');
    expect(done).toEqual(['replace the', 'add teh']);
  });
  it('says so when it has no guess', () => {
    expect(menu({ isEditable: true, misspelledWord: 'xqzt' })[0]).toMatchObject({ enabled: false });
  });
  it('opens and copies a link, and of a mail link the address alone', () => {
    const web = menu({ linkURL: 'https://example.com/a' });
    press(web, 'Open Link in Browser');
    press(web, 'Copy Link');
    expect(done).toEqual(['open https://example.com/a', 'copy https://example.com/a']);
    press(menu({ linkURL: 'mailto:a%2Bb@example.com?subject=x' }), 'Copy Email Address');
    expect(done).toEqual(['copy a+b@example.com']);
  });
  it('survives a mail link with a broken escape', () => {
    press(menu({ linkURL: 'mailto:100%@example.com' }), 'Copy Email Address');
    expect(done).toEqual(['copy 100%@example.com']);
  });
  it('disables what cannot be done in a field', () => {
    const paste = menu({ isEditable: true }).find(({ role }) => role === 'paste');
    expect(paste?.enabled).toBe(false);
  });
});
