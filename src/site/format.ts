/**
 * What lies beside the page of an exported site. Items are rows in the order of their ids, so that the nearest by
 * (distance, row) are the nearest by (distance, id), as every collection gives them.
 */
import type { ModalityName } from '../data/index.ts';

export const SITE_FORMAT = 'unseen-site/1';
/** Names what a folder is, for the page and for whoever would replace it. */
export const SITE_FILE = 'site.json';

export interface SiteManifest {
  readonly format: typeof SITE_FORMAT;
  /** Shown as the page's name. */
  readonly title: string;
  readonly collection: {
    readonly name: string;
    readonly bits: number;
    readonly items: number;
    /** Of the collection that was exported. */
    readonly version: number;
  };
  readonly model: {
    readonly fingerprint: string;
    readonly method: string;
    readonly bits: number;
    readonly modalities: readonly ModalityName[];
    readonly dataset: string;
    readonly split: string;
    readonly classes: { readonly seen: readonly string[]; readonly unseen: readonly string[] };
  };
  /** Index files of `saveIndex`; ids are rows. */
  readonly indexes: { readonly [modality in ModalityName]?: string };
  /** Rows a file of `items/`. */
  readonly chunk: number;
  /** Id of the first row of each file of `items/`, ascending. */
  readonly firsts: readonly string[];
}

/** A row of `items/N.json`. */
export interface SiteItem {
  readonly id: string;
  readonly payload: object;
  /** File name below `pictures/`. */
  readonly picture?: string;
}

export const itemsFile = (chunk: number): string => `items/${chunk}.json`;
