/** The version that manifests carry; a test holds it against `package.json`. A constant, so that browsers have it too. */
export const UNSEEN_VERSION = '0.1.0';
