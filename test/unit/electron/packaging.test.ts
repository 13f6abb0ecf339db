import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Configuration } from 'electron-builder';
import { describe, expect, it } from 'vitest';
import { APP_ID, APP_NAME, LINK_SCHEME } from '../../../src/main/shell/identity.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const { load } = builder('js-yaml') as { load: (text: string) => unknown };
const config = load(read('electron-builder.yml')) as Configuration;
const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;

interface Matcher {
  createFilter: () => (file: string, stat: { isDirectory: () => boolean }) => boolean;
}

describe('electron-builder.yml', () => {
  it('is valid by the builder’s own schema', async () => {
    const { validateConfiguration } = builder('app-builder-lib/out/util/config/config.js') as {
      validateConfiguration: (config: unknown, log: { isEnabled: boolean }) => Promise<void>;
    };
    await expect(validateConfiguration(config, { isEnabled: false })).resolves.toBeUndefined();
    await expect(validateConfiguration({ ...config, asarr: true }, { isEnabled: false })).rejects.toThrow();
  });
  it('names every fuse the builder knows, so that a new default is not taken unseen', () => {
    const schema = builder('app-builder-lib/scheme.json') as {
      definitions: { FuseOptionsV1: { properties: Record<string, unknown> } };
    };
    const known = Object.keys(schema.definitions.FuseOptionsV1.properties).sort();
    expect(Object.keys(config.electronFuses ?? {}).sort()).toEqual(known);
    expect(config.electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      grantFileProtocolExtraPrivileges: false,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      enableCookieEncryption: true,
    });
  });
  it('agrees with the code on id, name and scheme', () => {
    expect(config.appId).toBe(APP_ID);
    expect(config.productName).toBe(APP_NAME);
    expect(manifest['productName']).toBe(APP_NAME);
    expect([config.protocols].flat().flatMap((protocol) => protocol?.schemes)).toEqual([LINK_SCHEME]);
  });
  it('has what deb and rpm refuse to be built without', () => {
    const metadata = { ...manifest, ...(config.extraMetadata as Record<string, unknown>) };
    expect(metadata['homepage']).toMatch(/^https:/);
    expect(metadata['description']).toBeTruthy();
    expect(config.linux?.maintainer).toMatch(/<.+@.+>/);
  });
  it('packs what runs and nothing else', () => {
    const { FileMatcher } = builder('app-builder-lib/out/fileMatcher.js') as {
      FileMatcher: new (
        from: string,
        to: string,
        expand: (text: string) => string,
        patterns: unknown,
      ) => Matcher;
    };
    const filter = new FileMatcher(root, root, (text) => text, [...[config.files].flat()]).createFilter();
    const packed = (file: string): boolean => filter(path.join(root, file), { isDirectory: () => false });
    for (const file of [
      'package.json',
      'out/main/main.js',
      'out/preload/preload.cjs',
      'out/renderer/chat/index.html',
      'out/server/server.js',
      'assets/icons/tray-idle.png',
    ])
      expect(packed(file), file).toBe(true);
    for (const file of [
      'out/main/main.js.map',
      'src/main/app.ts',
      'test/unit/x.test.ts',
      'node_modules/react/index.js',
      'out/node_modules/x/index.js.map',
      'electron-builder.yml',
      '.env',
      'build/icon.svg',
    ])
      expect(packed(file), file).toBe(false);
  });
  it('names files that are there', () => {
    for (const file of [
      config.mac?.icon,
      config.win?.icon,
      config.mac?.entitlements,
      config.mac?.entitlementsInherit,
      `${String(config.linux?.icon)}/512x512.png`,
    ])
      expect(existsSync(path.join(root, String(file))), String(file)).toBe(true);
  });
});
