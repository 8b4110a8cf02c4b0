import { fromNative } from "./crossing/from-native.ts";
import { loadAddon } from "./crossing/load-addon.ts";
import type { CertificateOptions } from "./generated/index.ts";

export type { CertificateOptions };

/**
 * Makes a certificate authority, a certificate for both sides of a connection, and a token, in a folder for the option
 * `security`; its owner alone may read them. For development, and for clusters without an authority of their own.
 *
 * Returns the paths of the files.
 *
 * @throws StatorError `invalid_argument` for names that are none, and for files that are there without `force`;
 * `permission_denied` where nothing may be written.
 */
export function makeCertificates(options: CertificateOptions): string[] {
  const addon = loadAddon();
  try {
    return JSON.parse(addon.makeCertificates(JSON.stringify(options))) as string[];
  } catch (thrown) {
    throw fromNative(thrown);
  }
}
