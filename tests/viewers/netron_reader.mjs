// Opens a model and an attachment with Netron's own code, without its window, and prints what its sidebar would show.
//
//     node netron_reader.mjs NETRON_FOLDER MODEL ATTACHMENT
//
// NETRON_FOLDER holds view.js and the rest of Netron's source, as its npm and Python packages do.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, model_path, attachment_path] = process.argv.slice(2);
const source = async (name) => import(pathToFileURL(path.join(folder, name)));
const view = await source('view.js');
const base = await source('base.js');

// What Netron asks of the program around it while it opens a file.
const host = {
    environment: () => null,
    event: () => {},
    exception: (error) => {
        throw error;
    },
    require: async (id) => source(`${id.replace('./', '')}.js`),
    asset: async (file) => fs.readFileSync(path.join(folder, file), 'utf-8'),
};

const open = (file) => ({
    identifier: path.basename(file),
    stream: new base.BinaryStream(fs.readFileSync(file)),
    entries: new Map(),
    asset: host.asset,
    require: host.require,
    request: async (name) => fs.readFileSync(path.join(folder, name), 'utf-8'),
    error: (error) => {
        throw error;
    },
});

const model = await new view.ModelFactoryService(host).open(open(model_path));
const window = Object.assign(Object.create(view.View.prototype), { _model: model });
const attached = await window.attach(open(attachment_path));
const { metadata, metrics } = model.attachment;

const shown = (entries) => Object.fromEntries(entries.map((entry) =>
    [entry.name, new view.Formatter(entry.value, entry.type === 'attribute' ? null : entry.type).toString()]));
const nodes = [];
const values = {};
const visit = (node) => {
    nodes.push({ name: node.name, type: node.type.name, metrics: shown(metrics.node(node)), metadata: shown(metadata.node(node)) });
    for (const output of node.outputs || []) {
        for (const value of output.value || []) {
            values[value.name] = shown(metrics.value(value));
        }
    }
    (node.chain || []).forEach(visit);
};
for (const target of model.modules || model.graphs) {
    target.nodes.forEach(visit);
}
console.log(JSON.stringify({ attached, nodes, values, model: { metrics: shown(metrics.model({}))} }));
