package io.hearth.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TensorTest {
    private final Device device = new ArrayDevice();
    private final Tensor matrix = device.allocate(DType.BF16, 6, 10);

    @Test
    void countsRowsColumnsAndBytes() {
        Tensor cube = device.allocate(DType.F32, 2, 3, 5);
        assertThat(cube.rows()).isEqualTo(6);
        assertThat(cube.cols()).isEqualTo(5);
        assertThat(cube.elements()).isEqualTo(30);
        assertThat(cube.bytes()).isEqualTo(120);
        assertThat(cube.isContiguous()).isTrue();
        assertThat(device.allocate(DType.F32, 0, 5).rows()).isZero();
        assertThat(device.allocate(DType.F32, 5, 0).rows()).isZero();
    }

    @Test
    void columnsAreAViewThatKeepsTheDistanceOfRows() {
        Tensor view = matrix.columns(3, 7);
        assertThat(view.shape()).containsExactly(6, 4);
        assertThat(view.rowStride()).isEqualTo(10);
        assertThat(view.byteOffset()).isEqualTo(6);
        assertThat(view.isContiguous()).isFalse();
        assertThat(view).hasToString("BF16[6, 4]/10");
        assertThat(matrix.columns(0, 10).isContiguous()).isTrue();
    }

    @Test
    void rowsOfAViewStayAView() {
        Tensor part = matrix.columns(3, 7).rows(2, 5);
        assertThat(part.shape()).containsExactly(3, 4);
        assertThat(part.byteOffset()).isEqualTo((2 * 10 + 3) * 2);
        assertThat(part.rowStride()).isEqualTo(10);
        assertThat(part.rows(1, 2).isContiguous()).isTrue();
    }

    @Test
    void rowsOfMoreDimensionsAreWholeSlabs() {
        Tensor part = device.allocate(DType.F32, 4, 3, 5).rows(1, 3);
        assertThat(part.shape()).containsExactly(2, 3, 5);
        assertThat(part.byteOffset()).isEqualTo(15 * 4);
        Tensor vector = device.allocate(DType.F32, 9).rows(2, 6);
        assertThat(vector.shape()).containsExactly(4);
        assertThat(vector.byteOffset()).isEqualTo(8);
        assertThat(vector.isContiguous()).isTrue();
    }

    @Test
    void slicesAndReshapesWhatIsContiguous() {
        assertThat(matrix.slice(7, 20).byteOffset()).isEqualTo(14);
        assertThat(matrix.rows(1, 3).reshape(2, 2, 5).shape()).containsExactly(2, 2, 5);
        assertThatThrownBy(() -> matrix.columns(0, 4).reshape(24)).hasMessageContaining("view");
        assertThatThrownBy(() -> matrix.reshape(7, 9)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> matrix.columns(0, 4).slice(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void staysInsideItsBuffer() {
        DeviceBuffer buffer = device.allocate(256);
        assertThat(Tensor.of(buffer, 0, DType.F32, 64).bytes()).isEqualTo(256);
        assertThatThrownBy(() -> Tensor.of(buffer, 4, DType.F32, 64)).hasMessageContaining("does not fit");
        assertThatThrownBy(() -> Tensor.of(buffer, 2, DType.F32, 1)).hasMessageContaining("does not fit");
        assertThatThrownBy(() -> Tensor.of(buffer, -4, DType.F32, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.of(buffer, 0, DType.F32, -1)).hasMessageContaining("negative");
        assertThatThrownBy(() -> Tensor.of(buffer, 0, DType.F32)).hasMessageContaining("one to four");
        assertThatThrownBy(() -> Tensor.of(buffer, 0, DType.F32, Long.MAX_VALUE, 2))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void refusesRowsAndColumnsThatAreNotThere() {
        assertThatThrownBy(() -> matrix.rows(3, 7)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> matrix.rows(3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> matrix.columns(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> device.allocate(DType.F32, 2, 2, 2).columns(0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void shapesAreItsOwn() {
        matrix.shape()[0] = 99;
        assertThat(matrix.dim(0)).isEqualTo(6);
    }
}
