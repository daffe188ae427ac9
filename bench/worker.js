// A bench module in a Worker, one request at a time.
import { answer } from './answer.js';

const module = import(new URLSearchParams(location.search).get('module'));
onmessage = async ({ data }) => postMessage(await answer(await module, data));
