import { existsSync, readFileSync } from 'node:fs';
import { missing, strict } from './missing.ts';

/** An image by its file; it is never drawn here. Docs: api/native-image. */
export class NativeImage {
  readonly _path: string;
  constructor(path: string) {
    this._path = path;
  }
  /** Docs: an empty image when the file does not exist or cannot be decoded. */
  isEmpty = (): boolean => !existsSync(this._path);
  getSize = (): { width: number; height: number } => {
    if (this.isEmpty()) return { width: 0, height: 0 };
    const png = readFileSync(this._path);
    if (png.toString('latin1', 1, 4) !== 'PNG') missing('nativeImage.getSize of anything but PNG');
    return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
  };
}

export const nativeImage = strict('nativeImage', {
  createFromPath: (path: string): NativeImage => strict('NativeImage', new NativeImage(path)),
  createEmpty: (): NativeImage => strict('NativeImage', new NativeImage('')),
});
