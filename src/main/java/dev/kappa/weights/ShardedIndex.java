package dev.kappa.weights;

import static dev.kappa.weights.StrictJson.expect;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads a model whose tensors lie in several files of one folder, through its index
 * ({@code model.safetensors.index.json}, {@code pytorch_model.bin.index.json}):
 *
 * <pre>
 * { "metadata": { … }, "weight_map": { tensor: file, … } }
 * </pre>
 *
 * A file is a plain name in the index's folder, never a path. Each tensor must be in the file that the
 * index names; tensors that the index does not name are not listed.
 */
final class ShardedIndex {
    private static final int MOST_BYTES = 32 << 20;
    private static final int MOST_TENSORS = 1 << 17;
    private static final int MOST_SHARDS = 1024;

    private final FileBytes index;
    private final Map<String, String> shardOf = new LinkedHashMap<>();

    private ShardedIndex(FileBytes index) {
        this.index = index;
    }

    static TensorTable open(Path path) {
        try (FileBytes file = FileBytes.open(path)) {
            ShardedIndex index = new ShardedIndex(file);
            index.read();
            return index.openShards(path.toAbsolutePath().getParent());
        }
    }

    private void read() {
        if (index.size() > MOST_BYTES) {
            throw index.malformed("the index has " + index.size() + " bytes; at most " + MOST_BYTES + " are accepted");
        }
        boolean found = false;
        try (JsonParser json = StrictJson.parser(index.stream(0, index.size()))) {
            expect(index, json.nextToken(), JsonToken.START_OBJECT, "the index", "");
            for (String key = json.nextName(); key != null; key = json.nextName()) {
                JsonToken value = json.nextToken();
                if (key.equals("weight_map")) {
                    found = true;
                    expect(index, value, JsonToken.START_OBJECT, "weight_map", "");
                    readMap(json);
                } else {
                    json.skipChildren();
                }
            }
            expect(index, json.nextToken(), null, "what follows the index's object", "");
        } catch (JacksonException e) {
            throw index.malformed("the index is not the JSON that is accepted: " + e.getOriginalMessage());
        }
        if (!found) {
            throw index.malformed("the index has no weight_map");
        }
    }

    private void readMap(JsonParser json) {
        Map<String, String> names = new HashMap<>();
        for (String tensor = json.nextName(); tensor != null; tensor = json.nextName()) {
            expect(index, json.nextToken(), JsonToken.VALUE_STRING, "the file of tensor", tensor);
            String shard = json.getStringLength() > StrictJson.LONGEST_NAME ? "" : json.getString();
            if (!shard.matches("[A-Za-z0-9_][A-Za-z0-9._-]*\\.(safetensors|bin|pt)")) {
                throw index.malformed("the file of tensor '" + tensor + "' is '" + shard
                        + "'; it must be the plain name of a .safetensors, .bin or .pt file beside the index");
            }
            if (shardOf.size() == MOST_TENSORS || names.size() > MOST_SHARDS) {
                throw index.malformed("the index names more than " + MOST_TENSORS + " tensors or " + MOST_SHARDS + " files");
            }
            names.putIfAbsent(shard, shard);
            shardOf.put(tensor, names.get(shard));
        }
    }

    private TensorTable openShards(Path folder) {
        Map<String, TensorTable> shards = new LinkedHashMap<>();
        try {
            Map<String, StoredTensor> stored = new LinkedHashMap<>();
            Map<String, String> unsupported = new HashMap<>();
            Map<String, String> metadata = new HashMap<>();
            for (Map.Entry<String, String> entry : shardOf.entrySet()) {
                TensorTable shard = shards.computeIfAbsent(entry.getValue(), name -> TensorFiles.openOne(folder.resolve(name)));
                shard.metadata().forEach(metadata::putIfAbsent);
                String tensor = entry.getKey();
                if (shard.unsupported().containsKey(tensor)) {
                    unsupported.put(tensor, shard.unsupported().get(tensor));
                } else if (shard.tensors().containsKey(tensor)) {
                    stored.put(tensor, shard.find(tensor));
                } else {
                    throw index.malformed("tensor '" + tensor + "' is not in " + entry.getValue() + ", where the index has it");
                }
            }
            return new TensorTable(index.name(), stored, unsupported, metadata, new ArrayList<>(shards.values()));
        } catch (RuntimeException | Error e) {
            List.copyOf(shards.values()).forEach(TensorTable::close);
            throw e;
        }
    }
}
