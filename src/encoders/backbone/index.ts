export { Backbone, type BackboneRequest } from './backbone.ts';
export { type BackboneConfig, type BackboneSettings, PRESET_NAMES } from './config.ts';
export { addBackboneFeatures, type FeatureOptions } from './features.ts';
export { type BackboneFileOptions, openBackbone } from './files.ts';
