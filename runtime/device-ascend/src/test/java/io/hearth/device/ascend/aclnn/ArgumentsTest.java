package io.hearth.device.ascend.aclnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArgumentsTest {
    private final Arguments arguments = new Arguments();

    private void tensor(long address, AclType type, long... shape) {
        arguments.tensor(address, type, AclFormat.ND, shape, Arguments.contiguous(shape), 0, 64);
    }

    @Test
    void whatComesOutIsWhatWentIn() {
        arguments.tensor(
                0x1000, AclType.BF16, AclFormat.FRACTAL_NZ, new long[] {3, 5}, new long[] {5, 1}, 0, 1, 1, 16, 16);
        arguments.scalar(AclType.DOUBLE, Double.doubleToRawLongBits(0.5));
        arguments.array(2);
        arguments.attributes.add(7);
        arguments.attributes.add(-1);
        Arguments.Reader reader = arguments.reader();
        assertThat(reader.next()).isEqualTo(Arguments.Mark.TENSOR);
        assertThat(reader.type()).isEqualTo(AclType.BF16);
        assertThat(reader.format()).isEqualTo(AclFormat.FRACTAL_NZ);
        assertThat(reader.rank()).isEqualTo(2);
        assertThat(reader.storageRank()).isEqualTo(4);
        for (long expected : new long[] {3, 5, 5, 1, 0, 1, 1, 16, 16}) {
            assertThat(reader.description()).isEqualTo(expected);
        }
        assertThat(reader.address()).isEqualTo(0x1000);
        assertThat(reader.next()).isEqualTo(Arguments.Mark.SCALAR);
        assertThat(Double.longBitsToDouble(reader.attribute())).isEqualTo(0.5);
        assertThat(reader.next()).isEqualTo(Arguments.Mark.ARRAY);
        assertThat(reader.attribute()).isEqualTo(2);
        assertThat(reader.attribute()).isEqualTo(7);
        assertThat(reader.attribute()).isEqualTo(-1);
        assertThat(reader.hasNext()).isFalse();
    }

    /** CANN takes only storage that begins at a multiple of 32 bytes; the rest of a view is its offset. */
    @Test
    void storageBeginsAtAMultipleOf32Bytes() {
        arguments.tensor(0x1000 + 36, AclType.FLOAT, AclFormat.ND, new long[] {2}, new long[] {1}, 3, 8);
        Arguments.Reader reader = arguments.reader();
        reader.next();
        assertThat(new long[] {reader.description(), reader.description(), reader.description(), reader.description()})
                .containsExactly(2, 1, 3 + 1, 8 + 1);
        assertThat(reader.address()).isEqualTo(0x1020);
        assertThatThrownBy(() -> arguments.tensor(
                        0x1004,
                        AclType.FLOAT,
                        AclFormat.FRACTAL_NZ,
                        new long[] {2, 2},
                        new long[] {2, 1},
                        0,
                        1,
                        1,
                        16,
                        8))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void messagesNameArgumentsAsTheOperatorDoes() {
        tensor(0x1000, AclType.FLOAT, 2, 8);
        arguments.tensor(0x2000, AclType.FLOAT, AclFormat.ND, new long[] {8, 3}, new long[] {1, 9}, 0, 64);
        tensor(0x3000, AclType.FLOAT, 2, 3);
        arguments.value(1);
        assertThat(arguments.describe(AclnnOperators.MM))
                .isEqualTo("self FLOAT[2, 8], mat2 FLOAT[8, 3] strides [1, 9], out FLOAT[2, 3], cubeMathType 1");
        arguments.clear();
        tensor(0x1000, AclType.FLOAT, 9, 2);
        arguments.mark(Arguments.Mark.LIST);
        tensor(0x2000, AclType.INT32, 4);
        tensor(0x3000, AclType.INT64, 4);
        arguments.mark(Arguments.Mark.LIST_END);
        tensor(0x4000, AclType.FLOAT, 4, 2);
        arguments.value(1);
        arguments.value(0);
        assertThat(arguments.describe(AclnnOperators.INDEX_PUT_IMPL))
                .isEqualTo(
                        "selfRef FLOAT[9, 2], indices [INT32[4], INT64[4]], values FLOAT[4, 2], accumulate 1, unsafe 0");
    }
}
