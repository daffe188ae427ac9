"""MAGNet's network: BatchNorm over the bins, LSTM layers, Dense on the last step."""
import torch


class Magnet(torch.nn.Module):
    """Predicts the frame after a window. Windows [batch, sequence, bins] and predictions [batch, bins] are in the
    network's scale: magnitudes ("linear"), or ln(1 + magnitude) ("log1p")."""

    def __init__(self, bins, layers=2, hidden=128, sequence=40, scale="linear"):
        super().__init__()
        self.bins, self.layers, self.sequence, self.scale = bins, [hidden] * layers, sequence, scale
        self.batch_norm = torch.nn.BatchNorm1d(bins)
        self.lstm = torch.nn.LSTM(bins, hidden, layers, batch_first=True)
        self.fc = torch.nn.Linear(hidden, bins)

    def forward(self, windows):
        normal = self.batch_norm(windows.transpose(1, 2)).transpose(1, 2)
        return self.fc(self.lstm(normal)[0][:, -1])
