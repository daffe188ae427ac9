// Writes into a mapping's port from another thread.
import { openPort } from '../../js/mapping/inputs/port.js';

onmessage = ({ data: end }) => openPort(end, 1).write(Float32Array.of(0.5));
