// The views: what the speed and batch layers keep for the serving layer, over Redis or embedded SQLite.
export * from './batch-view.ts'
export * from './codec.ts'
export * from './keys.ts'
export * from './open-views.ts'
export * from './partition-state.ts'
export * from './served-view.ts'
export * from './settings.ts'
export * from './store.ts'
