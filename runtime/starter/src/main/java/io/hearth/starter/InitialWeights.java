package io.hearth.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes seeded random weights as a safetensors file: header length (u64), JSON header, f32 data, all little-endian. */
final class InitialWeights {
    private static final int ALIGNMENT = 8;

    private InitialWeights() {}

    static void write(Path file, List<StarterModel.Weight> weights, long seed) throws IOException {
        byte[] header = header(weights);
        WholeFile.write(file, out -> {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            out.write(length.putLong(header.length).array());
            out.write(header);
            Dice dice = new Dice(seed);
            for (StarterModel.Weight weight : weights) {
                writeValues(out, weight, dice);
            }
        });
    }

    private static byte[] header(List<StarterModel.Weight> weights) throws IOException {
        ObjectNode header = Resources.JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (StarterModel.Weight weight : weights) {
            ObjectNode entry = header.putObject(weight.name());
            entry.put("dtype", "F32");
            weight.shape().forEach(entry.putArray("shape")::add);
            long end = offset + weight.elements() * Float.BYTES;
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String json = Resources.JSON.writeValueAsString(header);
        int padding = Math.floorMod(-json.length(), ALIGNMENT);
        return (json + " ".repeat(padding)).getBytes(StandardCharsets.US_ASCII);
    }

    private static void writeValues(OutputStream out, StarterModel.Weight weight, Dice dice) throws IOException {
        int count = Math.toIntExact(weight.elements());
        ByteBuffer values =
                ByteBuffer.allocate(Math.multiplyExact(count, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            values.putFloat(weight.scale() == 0 ? 1f : (float) (dice.gaussian() * weight.scale()));
        }
        out.write(values.array());
    }
}
