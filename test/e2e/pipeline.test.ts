import { describePipeline } from './pipeline.ts'

describePipeline('the embedded log and views', () => ({}))
