/** A square picture: as a PNG file and as pixels (RGBA, rows from the top). */
export interface Raster {
  size: number;
  png: Uint8Array;
  rgba: Uint8Array;
}

/** A 32-bit picture as icon files hold it: rows from the bottom, BGRA, then a 1-bit mask of empty rows. */
function bitmap({ size, rgba }: Raster): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(size, 4);
  header.writeInt32LE(size * 2, 8); // picture and mask together
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(32, 14);
  const pixels = Buffer.alloc(size * size * 4);
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      const from = (y * size + x) * 4;
      const to = ((size - 1 - y) * size + x) * 4;
      pixels.set([rgba[from + 2] ?? 0, rgba[from + 1] ?? 0, rgba[from] ?? 0, rgba[from + 3] ?? 0], to);
    }
  const mask = Buffer.alloc(Math.ceil(size / 32) * 4 * size);
  return Buffer.concat([header, pixels, mask]);
}

/**
 * A Windows icon file. Sizes below 256 are plain bitmaps, since installers and old shells read no others;
 * 256 is a PNG. Source: Microsoft's ICO format.
 */
export function icoFile(rasters: readonly Raster[]): Buffer {
  const images = rasters.map((raster) => (raster.size < 256 ? bitmap(raster) : Buffer.from(raster.png)));
  const head = Buffer.alloc(6 + 16 * rasters.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(rasters.length, 4);
  let offset = head.length;
  rasters.forEach(({ size }, index) => {
    const at = 6 + 16 * index;
    const length = images[index]?.length ?? 0;
    head.writeUInt8(size % 256, at); // 0 stands for 256
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += length;
  });
  return Buffer.concat([head, ...images]);
}

/** PNG entries of an ICNS file by size in pixels; some sizes serve as themselves and as @2x of half. */
const ICNS_TYPES: Record<number, readonly string[]> = {
  32: ['ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};

/** A macOS icon file of PNG entries. Sizes without an entry type are refused. */
export function icnsFile(rasters: readonly Raster[]): Buffer {
  const entries = rasters.flatMap(({ size, png }) => {
    const types = ICNS_TYPES[size];
    if (!types) throw new RangeError(`ICNS has no PNG entry of ${size} pixels.`);
    return types.map((type) => {
      const head = Buffer.alloc(8);
      head.write(type, 0, 'latin1');
      head.writeUInt32BE(png.length + 8, 4);
      return Buffer.concat([head, png]);
    });
  });
  const body = Buffer.concat(entries);
  const head = Buffer.alloc(8);
  head.write('icns', 0, 'latin1');
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}
