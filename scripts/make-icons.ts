import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright';
import type { Page } from 'playwright';
import { icnsFile, icoFile } from './lib/icon-files.ts';
import type { Raster } from './lib/icon-files.ts';

/**
 * Draws every icon from the SVG sources in build/: the packager's into build/, those the app reads at run time
 * into assets/icons/. Run it after changing a source: `npx node scripts/make-icons.ts`. The environment's
 * CHROMIUM names the browser to draw with; without it Playwright's own is used.
 */
const root = path.join(import.meta.dirname, '..');
const build = path.join(root, 'build');
const assets = path.join(root, 'assets', 'icons');

const APP_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const ICO_SIZES = [16, 20, 24, 32, 40, 48, 64, 128, 256];
const ICNS_SIZES = [32, 64, 128, 256, 512, 1024];
const TRAY_ICO_SIZES = [16, 20, 24, 32, 48];
/** Share of a macOS icon its tile takes; the rest is the margin for the shadow. Source: Apple's icon grid. */
const MAC_TILE = 824 / 1024;
/** Seen on light and on dark panels. */
const TRAY_COLOUR = '#6d7cf5';
const MARK_COLOUR = '#ff8a1f';
/** macOS tints template images itself: they are black and alpha only. */
const TEMPLATE_COLOUR = '#000000';

const source = (name: string): string => readFileSync(path.join(build, `${name}.svg`), 'utf8');
const coloured = (svg: string, colour: string, mark: string): string =>
  svg
    .replaceAll(/class="mark"([^>]*)fill="currentColor"/g, `$1fill="${mark}"`)
    .replaceAll('currentColor', colour);

/** Draws an SVG at a size, in the middle `share` of the square; gives it as PNG and as pixels. */
async function draw(page: Page, svg: string, size: number, share = 1): Promise<Raster> {
  const drawn = await page.evaluate<{ png: string; rgba: number[] }>(`(async () => {
    const image = new Image();
    image.src = 'data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}';
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = ${size};
    const context = canvas.getContext('2d');
    const tile = ${size} * ${share};
    context.drawImage(image, (${size} - tile) / 2, (${size} - tile) / 2, tile, tile);
    const { data } = context.getImageData(0, 0, ${size}, ${size});
    return { png: canvas.toDataURL('image/png').split(',')[1], rgba: Array.from(data) };
  })()`);
  return { size, png: Buffer.from(drawn.png, 'base64'), rgba: Uint8Array.from(drawn.rgba) };
}

async function drawAll(page: Page): Promise<void> {
  const app = source('icon');
  const sizes = [...new Set([...APP_SIZES, ...ICO_SIZES])];
  const plain = new Map<number, Raster>();
  for (const size of sizes) plain.set(size, await draw(page, app, size));
  const at = (size: number): Raster[] => [plain.get(size)].filter((raster) => raster !== undefined);

  for (const size of APP_SIZES)
    for (const raster of at(size))
      writeFileSync(path.join(build, 'icons', `${size}x${size}.png`), raster.png);
  for (const raster of at(256)) writeFileSync(path.join(assets, 'app.png'), raster.png);
  writeFileSync(path.join(build, 'icon.ico'), icoFile(ICO_SIZES.flatMap(at)));

  const mac: Raster[] = [];
  for (const size of ICNS_SIZES) mac.push(await draw(page, app, size, MAC_TILE));
  writeFileSync(path.join(build, 'icon.icns'), icnsFile(mac));

  for (const name of ['tray-idle', 'tray-unread', 'tray-paused']) {
    const template = coloured(source(name), TEMPLATE_COLOUR, TEMPLATE_COLOUR);
    writeFileSync(path.join(assets, `${name}-Template.png`), (await draw(page, template, 18)).png);
    writeFileSync(path.join(assets, `${name}-Template@2x.png`), (await draw(page, template, 36)).png);
    const panel = coloured(source(name), TRAY_COLOUR, MARK_COLOUR);
    writeFileSync(path.join(assets, `${name}.png`), (await draw(page, panel, 48)).png);
    const icons: Raster[] = [];
    for (const size of TRAY_ICO_SIZES) icons.push(await draw(page, panel, size));
    writeFileSync(path.join(assets, `${name}.ico`), icoFile(icons));
  }
  writeFileSync(
    path.join(assets, 'overlay-unread.png'),
    (await draw(page, source('overlay-unread'), 32)).png,
  );
}

for (const folder of [path.join(build, 'icons'), assets]) mkdirSync(folder, { recursive: true });
const executablePath = process.env['CHROMIUM'];
const browser = await chromium.launch(executablePath ? { executablePath } : {});
try {
  await drawAll(await browser.newPage());
} finally {
  await browser.close();
}
