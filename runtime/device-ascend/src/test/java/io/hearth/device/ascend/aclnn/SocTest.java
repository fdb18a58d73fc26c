package io.hearth.device.ascend.aclnn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SocTest {
    @ParameterizedTest
    @CsvSource({
        "Ascend910B1, A2",
        "Ascend910B2C, A2",
        "Ascend910B4-1, A2",
        "Ascend910_9391, A3",
        "Ascend910_9362, A3",
        "Ascend310P3, P310",
        "Ascend950DT, OTHER"
    })
    void chipsBelongToFamilies(String name, Soc.Family family) {
        assertThat(Soc.of(name).family()).isEqualTo(family);
        assertThat(Soc.of(name).tooOld()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Ascend910A", "Ascend910ProA", "Ascend910PremiumA", "Ascend910ProB", "Ascend910B", "Ascend310B1"
            })
    void whatCameBeforeIsNotUsed(String name) {
        assertThat(Soc.of(name).tooOld()).isTrue();
    }

    @Test
    void the310PHasNeitherBf16NorFusedAttention() {
        Soc soc = Soc.of("Ascend310P3");
        assertThat(soc.bf16()).isFalse();
        assertThat(soc.has(AclnnOperators.FLASH_ATTENTION_VAR_LEN_SCORE)).isFalse();
        assertThat(soc.has(AclnnOperators.APPLY_ADAM_WV2)).isFalse();
        assertThat(soc.has(AclnnOperators.MM)).isTrue();
    }
}
