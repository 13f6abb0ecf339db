import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { icnsFile, icoFile } from '../../../scripts/lib/icon-files.ts';
import { trayIconFile } from '../../../src/main/shell/tray.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const file = (...parts: string[]): Buffer => readFileSync(path.join(root, ...parts));
const PNG = '89504e470d0a1a0a';

/** Width and height of a PNG, from its header chunk. */
function pngSize(png: Buffer): [number, number] {
  expect(png.subarray(0, 8).toString('hex')).toBe(PNG);
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

/** Entries of an ICO, each held against its own header. */
function icoSizes(ico: Buffer): number[] {
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1]);
  return Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const at = 6 + 16 * index;
    const size = ico.readUInt8(at) || 256;
    const image = ico.subarray(
      ico.readUInt32LE(at + 12),
      ico.readUInt32LE(at + 12) + ico.readUInt32LE(at + 8),
    );
    if (size === 256) expect(pngSize(image)).toEqual([256, 256]);
    else
      expect([image.readUInt32LE(0), image.readInt32LE(4), image.readInt32LE(8)]).toEqual([
        40,
        size,
        size * 2,
      ]);
    return size;
  });
}

function icnsSizes(icns: Buffer): Record<string, number> {
  expect(icns.subarray(0, 4).toString('latin1')).toBe('icns');
  expect(icns.readUInt32BE(4)).toBe(icns.length);
  const sizes: Record<string, number> = {};
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4))
    sizes[icns.subarray(at, at + 4).toString('latin1')] = pngSize(icns.subarray(at + 8))[0];
  return sizes;
}

describe('the containers', () => {
  it('write bitmaps from the bottom row up, blue first, or icons stand on their head', () => {
    const red = [255, 0, 0, 255];
    const clear = [0, 0, 0, 0];
    const rgba = Uint8Array.from([...red, ...clear, ...clear, ...clear]);
    const ico = icoFile([{ size: 2, png: new Uint8Array(), rgba }]);
    const pixels = ico.subarray(22 + 40, 22 + 40 + 16);
    expect([...pixels]).toEqual([...clear, ...clear, 0, 0, 255, 255, ...clear]);
    expect(ico.length).toBe(22 + 40 + 16 + 8);
  });
  it('refuse a size macOS has no entry for', () => {
    expect(() => icnsFile([{ size: 48, png: new Uint8Array(), rgba: new Uint8Array() }])).toThrow(RangeError);
  });
});

describe('the icons in the repository', () => {
  it('are whole: Windows', () => {
    expect(icoSizes(file('build', 'icon.ico'))).toEqual([16, 20, 24, 32, 40, 48, 64, 128, 256]);
  });
  it('are whole: macOS', () => {
    expect(icnsSizes(file('build', 'icon.icns'))).toEqual({
      ic11: 32,
      ic12: 64,
      ic07: 128,
      ic08: 256,
      ic13: 256,
      ic09: 512,
      ic14: 512,
      ic10: 1024,
    });
  });
  it('are whole: Linux, each as large as its name says', () => {
    const names = readdirSync(path.join(root, 'build', 'icons'));
    expect(names).toEqual(expect.arrayContaining(['16x16.png', '48x48.png', '256x256.png', '512x512.png']));
    for (const name of names) {
      const size = Number.parseInt(name, 10);
      expect(pngSize(file('build', 'icons', name)), name).toEqual([size, size]);
    }
  });
  it.each(['idle', 'unread', 'paused'] as const)('are there for the tray on every system: %s', (icon) => {
    const asset = (name: string): Buffer => file('assets', 'icons', name);
    const template = trayIconFile('darwin', icon);
    expect(pngSize(asset(template))).toEqual([18, 18]);
    expect(pngSize(asset(template.replace('.png', '@2x.png')))).toEqual([36, 36]);
    expect(icoSizes(asset(trayIconFile('win32', icon)))).toContain(16);
    expect(pngSize(asset(trayIconFile('linux', icon)))).toEqual([48, 48]);
  });
});
