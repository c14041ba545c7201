export { Backbone } from './backbone.ts';
export { type BackboneConfig, type BackboneSettings, PRESET_NAMES } from './config.ts';
export { addBackboneFeatures } from './features.ts';
export { type BackboneFileOptions, openBackbone } from './files.ts';
