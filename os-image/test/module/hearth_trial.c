// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * A driver for tests, in place of a vendor's: it takes QEMU's "edu" device on the PCI bus, and its file /dev/hearth-trial0 answers
 * with a sentence that only the device can have told.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/pci.h>

#define TRIAL_IDENTIFICATION 0x00
#define TRIAL_LIVENESS 0x04 /* answers with the complement of what is written */

static dev_t trial_number;
static struct class *trial_class;
static struct cdev trial_cdev;
static void __iomem *trial_registers;

static ssize_t trial_read(struct file *file, char __user *to, size_t count, loff_t *offset)
{
	char text[120];
	u32 version = ioread32(trial_registers + TRIAL_IDENTIFICATION);
	int length;

	iowrite32(0x0badcafe, trial_registers + TRIAL_LIVENESS);
	length = scnprintf(text, sizeof(text), "The card answers: version %u.%u, %s.\n", version >> 24, (version >> 16) & 0xff,
			   ioread32(trial_registers + TRIAL_LIVENESS) == ~0x0badcafeU ? "alive" : "not alive");
	return simple_read_from_buffer(to, count, offset, text, length);
}

static const struct file_operations trial_files = {
	.owner = THIS_MODULE,
	.read = trial_read,
};

static int trial_probe(struct pci_dev *card, const struct pci_device_id *id)
{
	struct device *device;
	int code;

	if (trial_registers)
		return -EBUSY;
	code = pcim_enable_device(card);
	if (code)
		return code;
	trial_registers = pcim_iomap(card, 0, 0);
	if (!trial_registers)
		return -ENOMEM;
	cdev_init(&trial_cdev, &trial_files);
	code = cdev_add(&trial_cdev, trial_number, 1);
	if (code)
		goto no_registers;
	device = device_create(trial_class, &card->dev, trial_number, NULL, "hearth-trial0");
	if (!IS_ERR(device))
		return 0;
	code = PTR_ERR(device);
	cdev_del(&trial_cdev);
no_registers:
	trial_registers = NULL;
	return code;
}

static void trial_remove(struct pci_dev *card)
{
	device_destroy(trial_class, trial_number);
	cdev_del(&trial_cdev);
	trial_registers = NULL;
}

static const struct pci_device_id trial_cards[] = {
	{ PCI_DEVICE(0x1234, 0x11e8) },
	{},
};
MODULE_DEVICE_TABLE(pci, trial_cards);

static struct pci_driver trial_driver = {
	.name = "hearth_trial",
	.id_table = trial_cards,
	.probe = trial_probe,
	.remove = trial_remove,
};

static int __init trial_begin(void)
{
	int code = alloc_chrdev_region(&trial_number, 0, 1, "hearth-trial");

	if (code)
		return code;
	trial_class = class_create("hearth-trial");
	if (IS_ERR(trial_class)) {
		code = PTR_ERR(trial_class);
		goto no_class;
	}
	code = pci_register_driver(&trial_driver);
	if (!code)
		return 0;
	class_destroy(trial_class);
no_class:
	unregister_chrdev_region(trial_number, 1);
	return code;
}

static void __exit trial_end(void)
{
	pci_unregister_driver(&trial_driver);
	class_destroy(trial_class);
	unregister_chrdev_region(trial_number, 1);
}

module_init(trial_begin);
module_exit(trial_end);
MODULE_DESCRIPTION("Driver for tests of Hearth's image");
MODULE_LICENSE("Dual MIT/GPL");
