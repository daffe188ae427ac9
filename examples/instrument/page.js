// The page has four parts that share one instrument: model, play, shape, output.
import { takeFiles } from '../common/files.js';
import { isModel } from '../common/models.js';
import { Instrument } from './instrument.js';
import { ModelPart } from './model-part.js';
import { OutputPart } from './output-part.js';
import { PlayPart } from './play-part.js';
import { ShapePart } from './shape-part.js';

const instrument = new Instrument();
const play = new PlayPart(instrument);
new ShapePart(instrument, play);
new OutputPart(instrument);
const model = new ModelPart(instrument, play);

takeFiles({ '#model-file': (file) => model.open(file), '#sound-file': (file) => model.learn(file) }, (file) =>
  isModel(file) ? model.open(file) : model.learn(file),
);
